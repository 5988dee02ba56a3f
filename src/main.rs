//! Arguments to [`vestibule::cli::run`], nothing else.

fn main() -> std::process::ExitCode {
    vestibule::cli::run()
}
