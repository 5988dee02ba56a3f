// Are these what jambonz takes, and what it sends? JSON lines in, one verdict a line out; the status is 0 where all are well.
//   {"id": "…", "verbs": [ … ]}                          a document, under both of jambonz's validators
//   {"id": "…", "schema": "gather", "payload": { … }}    a callback, under the schema of its name
// With --samples it reads nothing and prints payloads that jambonz may send: {"schema", "name", "payload"}.
//
// The packages are looked for in VESTIBULE_TEST_JAMBONZ (a folder that holds node_modules), else beside this file.
//
// jambonz's own JSON Schemas let unknown properties pass. Here each object that lists its properties takes no others,
// and what is nested in gather, dial and config is held to the schema of the verb that its description names.

import { createRequire } from 'node:module';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { samples } from './samples.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const home = resolve(process.env.VESTIBULE_TEST_JAMBONZ || here);
const require = createRequire(join(home, 'package.json'));
const specifications = require('@jambonz/verb-specifications');
const published = require('@jambonz/schema');
const { default: Ajv } = require('ajv/dist/2020.js');

const SCHEMAS = 'https://jambonz.org/schema';
const folder = dirname(require.resolve('@jambonz/schema'));
const silent = { info() {}, error() {}, debug() {}, warn() {} };

/// Schemas of a kind (components, verbs, callbacks), by their names.
function schemas(kind) {
  const files = readdirSync(join(folder, kind)).filter((file) => file.endsWith('.schema.json'));
  return files.map((file) => JSON.parse(readFileSync(join(folder, kind, file), 'utf8')));
}

/// Verbs within verbs that the schemas leave open.
const NESTED = {
  gather: { say: 'say', play: 'play' },
  dial: { listen: 'listen', stream: 'listen', transcribe: 'transcribe' },
};

/// Those of config are parts of a verb, with a switch beside; record has a list in the other package only.
const PARTS = { listen: 'listen', stream: 'listen', transcribe: 'transcribe' };

function named(schema) {
  return schema.$id.slice(schema.$id.lastIndexOf('/') + 1);
}

/// The same schema, but that an object takes no property that is not listed.
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = {};
  for (const [key, value] of Object.entries(schema)) {
    const data = ['examples', 'default', 'const', 'enum', 'required'].includes(key);
    if (key === 'properties') {
      copy[key] = Object.fromEntries(Object.entries(value).map(([name, of]) => [name, closed(of)]));
    } else {
      copy[key] = data ? value : closed(value);
    }
  }
  if (copy.properties && !('additionalProperties' in copy)) copy.additionalProperties = false;
  return copy;
}

/// All that our documents may be made of, closed.
function strict() {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false });
  ajv.addFormat('uri', address);
  for (const schema of schemas('components')) ajv.addSchema(closed(schema));
  // Those of language models are composed of others (allOf), which cannot be closed one by one; no phone of ours speaks them.
  const verbs = schemas('verbs').filter((verb) => verb.properties && !verb.allOf);
  const listed = Object.fromEntries(verbs.map((verb) => [named(verb), Object.keys(verb.properties)]));
  for (const verb of verbs) {
    const shut = closed(verb);
    for (const [name, of] of Object.entries(NESTED[named(verb)] ?? {})) {
      shut.properties[name] = { $ref: of };
    }
    if (named(verb) === 'config') {
      for (const [name, of] of Object.entries(PARTS)) {
        const names = new Set([...listed[of], 'enable']);
        shut.properties[name] = { type: 'object', propertyNames: { enum: [...names] }, required: ['enable'] };
      }
    }
    // The schemas let a say be silent; the server stops the call at one.
    if (named(verb) === 'say') shut.required = ['text'];
    ajv.addSchema(shut);
  }
  return ajv;
}

/// Callbacks are open in jambonz's own words (additionalProperties: true), and stay so.
function callbacks() {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false });
  for (const schema of schemas('callbacks')) ajv.addSchema(schema);
  return ajv;
}

/// "uri" in these schemas is an absolute address or a path on the same host; their own examples say so.
function address(text) {
  if (text.startsWith('/')) return true;
  try {
    return Boolean(new URL(text).protocol);
  } catch {
    return false;
  }
}

function told(errors) {
  return (errors ?? []).map((error) => {
    const more = error.params?.additionalProperty ?? error.params?.propertyName ?? error.params?.allowedValues?.join(', ');
    return `${error.instancePath || '/'}: ${error.message}${more ? ` (${more})` : ''}`;
  });
}

/// What a function throws, as a list.
function thrown(validator, run) {
  try {
    run();
    return [];
  } catch (error) {
    return [`${validator}: ${error.message}`];
  }
}

function judgeVerbs(ajv, verbs) {
  if (!Array.isArray(verbs) || verbs.length === 0) return ['a document is a list of at least one verb'];
  const errors = [
    ...thrown('verb-specifications', () => specifications.validate(silent, verbs)),
    ...thrown('schema', () => published.validate(silent, verbs)),
  ];
  // Of a whole document it lists each verb that each part is not, so it is only asked whether.
  if (!published.validateApp(verbs).valid) errors.push('schema: not a document as a whole');
  verbs.forEach((verb, place) => {
    const validate = ajv.getSchema(`${SCHEMAS}/verbs/${verb?.verb}`);
    if (!validate) errors.push(`strict: /${place}: no verb of ours is called ${JSON.stringify(verb?.verb)}`);
    else if (!validate(verb)) errors.push(...told(validate.errors).map((error) => `strict: /${place}${error}`));
  });
  return errors;
}

function judgePayload(ajv, schema, payload) {
  const validate = ajv.getSchema(`${SCHEMAS}/callbacks/${schema}`);
  if (!validate) return [`there is no callback ${JSON.stringify(schema)}`];
  return validate(payload) ? [] : told(validate.errors);
}

async function judge() {
  const [open, shut] = [callbacks(), strict()];
  let well = true;
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    let id = null;
    let errors;
    try {
      const told = JSON.parse(line);
      id = told.id ?? null;
      errors = 'verbs' in told ? judgeVerbs(shut, told.verbs) : judgePayload(open, told.schema, told.payload);
    } catch (error) {
      errors = [`not a line for this: ${error.message}`];
    }
    well &&= errors.length === 0;
    console.log(JSON.stringify({ id, ok: errors.length === 0, errors }));
  }
  process.exitCode = well ? 0 : 1;
}

/// Prints what jambonz may send, a payload a line, each of which its own schema takes.
function print() {
  const all = Object.fromEntries(schemas('callbacks').map((schema) => [named(schema), schema]));
  const open = callbacks();
  for (const line of samples(all)) {
    const errors = judgePayload(open, line.schema, line.payload);
    if (errors.length > 0) throw new Error(`${line.schema}, ${line.name}: ${errors.join('; ')}`);
    console.log(JSON.stringify(line));
  }
}

if (process.argv.includes('--samples')) print();
else await judge();
