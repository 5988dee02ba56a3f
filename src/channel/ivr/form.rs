//! `application/x-www-form-urlencoded`, kept as bytes: a signature is over what was sent, and the usual decoders turn
//! bytes that are not UTF-8 into U+FFFD and fail on duplicates or take the last.

use std::borrow::Cow;

/// The longest body that is read, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// The most fields that a form may have. Twilio sends about 30.
pub const MAX_FIELDS: usize = 200;

/// A decoded form: names and values in the order they came, duplicates kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    fields: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    #[error("the body is longer than {MAX_BODY} bytes")]
    TooLong,
    #[error("the form has more than {MAX_FIELDS} fields")]
    TooManyFields,
}

impl Form {
    /// Decodes a body (or a query string).
    ///
    /// # Errors
    /// Where it is longer than [`MAX_BODY`] or has more than [`MAX_FIELDS`] fields.
    pub fn parse(body: &[u8]) -> Result<Self, FormError> {
        if body.len() > MAX_BODY {
            return Err(FormError::TooLong);
        }
        let mut fields = Vec::new();
        for field in body.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
            if fields.len() == MAX_FIELDS {
                return Err(FormError::TooManyFields);
            }
            let cut = field.iter().position(|byte| *byte == b'=').unwrap_or(field.len());
            let value = field.get(cut + 1..).unwrap_or_default();
            fields.push((decode(&field[..cut]), decode(value)));
        }
        Ok(Self { fields })
    }

    /// Names and values as decoded bytes, in the order they came.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }

    /// The first value of a name; what is not UTF-8 in it is shown as U+FFFD.
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        let field = self.fields.iter().find(|(held, _)| held == name.as_bytes())?;
        Some(String::from_utf8_lossy(&field.1))
    }
}

/// `+` is a space, `%XX` a byte; a `%` that begins no byte stands for itself, as browsers have it.
fn decode(raw: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((first, after)) = rest.split_first() {
        let byte = match first {
            b'+' => b' ',
            b'%' => match after.split_at_checked(2).and_then(|(pair, left)| Some((hex(pair)?, left))) {
                Some((byte, left)) => {
                    decoded.push(byte);
                    rest = left;
                    continue;
                }
                None => b'%',
            },
            plain => *plain,
        };
        decoded.push(byte);
        rest = after;
    }
    decoded
}

fn hex(pair: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        Form::parse(body).map(|form| form.fields).unwrap_or_default()
    }

    #[test]
    fn bytes_that_are_not_utf8_are_kept_and_shown_as_replaced() {
        let form = Form::parse(b"SpeechResult=caf%E9+%C3%28&x=%2").expect("short");
        assert_eq!(form.fields().next(), Some((b"SpeechResult".as_slice(), b"caf\xE9 \xC3(".as_slice())));
        assert_eq!(form.text("SpeechResult").as_deref(), Some("caf\u{fffd} \u{fffd}("));
        assert_eq!(form.text("x").as_deref(), Some("%2"));
    }

    #[test]
    fn duplicates_are_kept_and_the_first_is_read() {
        let form = Form::parse(b"Digits=1&Digits=2&&flag&=v").expect("short");
        assert_eq!(form.text("Digits").as_deref(), Some("1"));
        assert_eq!(form.text("flag").as_deref(), Some(""));
        assert_eq!(form.fields().count(), 4);
        assert_eq!(pairs(b"a=b=c"), [(b"a".to_vec(), b"b=c".to_vec())]);
    }

    #[test]
    fn limits_hold_at_the_edge() {
        let fields = |count: usize| vec!["a=1"; count].join("&").into_bytes();
        assert_eq!(Form::parse(&fields(MAX_FIELDS)).map(|form| form.fields().count()), Ok(MAX_FIELDS));
        assert_eq!(Form::parse(&fields(MAX_FIELDS + 1)), Err(FormError::TooManyFields));
        assert!(Form::parse(&vec![b'a'; MAX_BODY]).is_ok());
        assert_eq!(Form::parse(&vec![b'a'; MAX_BODY + 1]), Err(FormError::TooLong));
    }
}
