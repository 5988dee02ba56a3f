// The conversation of the simulator as a test of flows (flows/tests/*.yaml).

/** A text as YAML's double-quoted scalar, which takes JSON's escapes. */
const quoted = (text) => JSON.stringify(text);

const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

export function asTest(flow, locale, world, turns) {
  const codes = turns.at(-1).told.state.tickets.map((ticket) => ticket.code);
  // Each run of a test makes its own codes.
  const masked = (text) => codes.reduce((text, code) => text.replaceAll(code, "{code}"), text);
  const words = turns.find(({ said }) => said?.by === "you")?.said.text;
  const lines = [`- test: ${quoted(`${flow.title}${words ? `, ${words.slice(0, 40)}` : ""}`)}`, `  flow: ${quoted(flow.name)}`];
  lines.push(`  channels: [${world.channel === "phone" ? "voice" : "chat"}]`, `  locale: ${quoted(locale)}`, `  now: ${quoted(turns[0].clock)}`);
  const contact = [world.name && `name: ${quoted(world.name)}`, world.profile && `profile: ${quoted(world.profile)}`, world.verified && "verified: true"].filter(Boolean);
  if (contact.length) lines.push(`  contact: { ${contact.join(", ")} }`);
  if (Number(world.agents)) lines.push(`  agents: ${Number(world.agents)}`);
  if (world.open !== "hours") lines.push(`  open: ${world.open === "open"}`);
  if (world.area) lines.push("  incidents:", `    - { area: ${quoted(world.area)}, title: ${quoted(world.incident || world.area)} }`);
  lines.push("  talk:");
  let clock = turns[0].clock;
  for (const { said, utterance, clock: now, told } of turns) {
    const passed = Math.round((new Date(now) - new Date(clock)) / 60_000);
    if (passed > 0) lines.push(`    - silence: ${plural(passed, "minute")}`);
    clock = now;
    if (utterance) lines.push(`    - ${line(utterance, said)}`);
    const bots = told.messages.filter((message) => message.from === "bot" && message.text);
    for (const message of bots) lines.push(`    - bot: ${quoted(masked(message.text))}`);
  }
  const last = turns.at(-1).told;
  const slots = Object.entries(last.slots);
  if (last.outcome || slots.length) lines.push("  expect:");
  if (last.outcome) lines.push(`    outcome: ${quoted(last.outcome)}`);
  if (slots.length) lines.push("    slots:", ...slots.map(([name, value]) => `      ${name}: ${quoted(value)}`));
  return lines.join("\n") + "\n";
}

function line(utterance, said) {
  switch (utterance.as) {
    case "keys": return `key: ${quoted(utterance.keys)}`;
    case "silence": return "silence: 1";
    case "choice": return `button: ${quoted(said.text)}`;
    case "claimed": return "agent: claims";
    case "handed_back": return "agent: hands back";
    case "nobody_came": return "agent: nobody comes";
    case "left": return "leaves: true";
    default: return `user: ${quoted(utterance.text)}`;
  }
}
