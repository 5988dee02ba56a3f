// Payloads that jambonz may send a phone of ours, made of its own schemas of callbacks.

/// The callbacks that a phone gets, and the property whose every value is worth a sample.
const PHONE = {
  'session-new': 'direction',
  gather: 'reason',
  dial: 'dial_call_status',
  enqueue: 'queue_result',
  'enqueue-wait': null,
  'call-status': 'call_status',
  listen: null,
  transcribe: null,
  play: 'reason',
  message: 'message_status',
  dequeue: 'dequeue_result',
};

/// What a property of this name looks like; the schemas only say that it is a string or a number.
const LIKE = {
  call_sid: '5f3e0d5f-ba6f-4b18-8d80-2d0d6fb1a001',
  account_sid: '66acafce-44c2-417a-a7c0-2d0d6fb1a002',
  application_sid: 'db7ba948-2410-4845-949f-2d0d6fb1a003',
  service_provider_sid: 'c0ffee00-2410-4845-949f-2d0d6fb1a004',
  parent_call_sid: '7e070cc2-6e28-4a24-9364-2d0d6fb1a005',
  dial_call_sid: '65697994-594b-44c7-af2f-2d0d6fb1a006',
  message_sid: '1d2f4b6a-594b-44c7-af2f-2d0d6fb1a007',
  call_id: '4ebb574f-2772-123d-6a91-2d0d6fb1a008',
  from: '+14155550100',
  to: '+14155550199',
  caller_name: 'Ada',
  caller_id: '+14155550100',
  call_status: 'in-progress',
  sip_status: 200,
  sip_reason: 'OK',
  trace_id: '49d4e9a4754078d4682ad8a9faf7a9cf',
  originating_sip_ip: '192.0.2.7',
  fs_public_ip: '192.0.2.8',
  fs_sip_address: '192.0.2.8:5060',
  api_base_url: 'https://jambonz.example/api/v1',
  digits: '12345',
  transcript: 'where is my parcel',
  confidence: 0.91,
  language_code: 'en-US',
  is_final: true,
  vendor: 'google',
  language: 'en-US',
  queue_sid: 'queue:66acafce-44c2-417a-a7c0-2d0d6fb1a002:support',
  queue_time: 42,
  queue_position: 0,
  queue_size: 3,
  duration: 17,
};

function sample(schema, name) {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum.includes(LIKE[name]) ? LIKE[name] : schema.enum[0];
  if (schema.oneOf) return sample(schema.oneOf[0], name);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'object':
      if (schema.properties) return whole(schema);
      return schema.examples?.[0] ?? {};
    case 'array':
      return schema.items ? [sample(schema.items, name)] : [];
    case 'boolean':
      return LIKE[name] ?? true;
    case 'integer':
    case 'number':
      return LIKE[name] ?? 1;
    case 'string':
      return LIKE[name] ?? 'text';
    default:
      return {};
  }
}

function whole(schema) {
  return Object.fromEntries(Object.entries(schema.properties).map(([name, of]) => [name, sample(of, name)]));
}

/// A callback's schema with what it has of the base.
function merged(schema, base) {
  const extending = (schema.allOf ?? []).some((part) => part.$ref === 'base');
  const properties = { ...(extending ? base.properties : {}), ...schema.properties };
  return { properties, required: schema.required ?? [] };
}

function pick(payload, names) {
  return Object.fromEntries(names.map((name) => [name, payload[name]]));
}

/// Payloads of each callback, made of its schema: what it requires, all that it lists, and one for each outcome.
export function* samples(all) {
  for (const [schema, telling] of Object.entries(PHONE)) {
    const of = merged(all[schema], all.base);
    const payload = whole(of);
    // Most of these schemas require nothing at all, so the first may be empty; the second tells which call it is.
    yield { schema, name: 'required', payload: pick(payload, of.required) };
    yield { schema, name: 'call', payload: pick(payload, ['call_sid', ...of.required]) };
    yield { schema, name: 'all', payload };
    for (const value of of.properties[telling]?.enum ?? []) {
      yield { schema, name: `${telling}=${value}`, payload: toldBy(schema, { ...payload, [telling]: value }) };
    }
  }
}

/// Properties that the schema describes as there for one reason only go with the others.
function toldBy(schema, payload) {
  const only = {
    gather: { speech: ['speechDetected', 'stt-low-confidence'], digits: ['dtmfDetected'], details: ['error'] },
    play: {
      playback_seconds: ['playCompleted'],
      playback_milliseconds: ['playCompleted'],
      playback_last_offset_pos: ['playCompleted'],
      status: ['playFailed'],
    },
    'call-status': { duration: ['completed', 'failed'], call_termination_by: ['completed', 'failed'] },
    message: { message_failure_reason: ['failure', 'system error'] },
  }[schema];
  const reason = payload[PHONE[schema]];
  const kept = Object.entries(payload).filter(([name]) => only?.[name]?.includes(reason) ?? true);
  return Object.fromEntries(kept);
}
