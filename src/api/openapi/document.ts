/** The OpenAPI 3.1 document: made of the operations, and of the schemas that routes and contract have. */
import { z } from "zod";
import { errorBody } from "./answers.ts";
import { answers, bodies } from "./naming.ts";
import type { Answer, Body, Content, Operation, Right } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";

type Json = { [name: string]: unknown };

const REFUSALS: Readonly<Record<number, string>> = {
  400: "Something in the question is wrong; field names it.",
  401: "The host does not know who asks.",
  403: "A permission is missing.",
  404: "There is no such thing within what the asker may see.",
  409: "It cannot be done as things stand.",
  413: "The body is too large.",
  500: "Something failed; the log has it under the id in the message.",
  503: "Busy, too slow (code timeout), or not offered by this host; Retry-After says when to ask again.",
};

let made: { paths: Json; components: Json } | null = null;

/** The document of a router that is mounted at `mount`, such as /api/calls. */
export function openApi(mount: string): Json {
  made ??= { paths: pathsOf(OPERATIONS), components: components() };
  return {
    openapi: "3.1.0",
    info: {
      title: "Call Lake",
      version: "1",
      description: "The call history of a voice engine. Times are ISO 8601 in UTC with milliseconds; see docs/api.md.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: mount }],
    ...made,
  };
}

function components(): Json {
  return {
    schemas: { ...schemasOf(answers), ...schemasOf(bodies) },
    securitySchemes: {
      host: {
        type: "http",
        scheme: "bearer",
        description: "Whatever the host's identify(c) takes: a cookie, a token. The names are permissions.",
      },
      fleet: { type: "http", scheme: "bearer", description: "The token of a device fleet." },
      provider: {
        type: "apiKey",
        in: "header",
        name: "X-Signature",
        description: "The provider's own: X-Vapi-Secret or X-Vapi-Signature, X-Retell-Signature, ElevenLabs-Signature.",
      },
    },
  };
}

/** The schemas of a registry, which refer to each other by name. */
function schemasOf(registry: typeof answers): Json {
  const uri = (id: string) => `#/components/schemas/${id}`;
  const { schemas } = z.toJSONSchema(registry, { uri, io: "input", unrepresentable: "any" });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, tidy(schema)]));
}

/** Without what says nothing in a document: the dialect, the limits of whole numbers, names that are texts. */
function tidy(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(tidy);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([name, value]) =>
      name !== "$schema" &&
      name !== "$id" &&
      name !== "propertyNames" &&
      Math.abs(value as number) !== Number.MAX_SAFE_INTEGER,
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, tidy(value)]));
}

function pathsOf(operations: readonly Operation[]): Json {
  const paths: { [path: string]: Json } = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    path[operation.method] = operationOf(operation);
    paths[operation.path] = path;
  }
  return paths;
}

function operationOf({ id, summary, right, parameters, body, answers: told, errors = [], method }: Operation): Json {
  const refused = [...(right === "anybody" ? [] : [400, 401, 403]), ...errors, 500];
  const taken = new Set(told.map(({ status }) => status));
  const responses = [
    ...told.map((answer) => [answer.status, responseOf(answer)]),
    ...refused.filter((status) => !taken.has(status)).map((status) => [status, refusal(status)]),
  ];
  return {
    operationId: id,
    summary,
    ...(Array.isArray(right) ? { "x-permissions": right } : {}),
    security: securityOf(right),
    ...(parameters ? { parameters } : {}),
    ...(body ? { requestBody: bodyOf(body) } : method === "post" ? { requestBody: anyBody } : {}),
    responses: Object.fromEntries(responses),
  };
}

const securityOf = (right: Right): Json[] =>
  right === "anybody" ? [] : typeof right === "string" ? [{ [right]: [] }] : [{ host: right }];

const anyBody = {
  required: true,
  description: "The provider's own event.",
  content: { "application/json": { schema: { type: "object" } } },
};

function bodyOf({ schema, list_max, optional, form, example }: Body): Json {
  const one = reference(schema);
  const list = { type: "array", items: one, minItems: 1, maxItems: list_max };
  return {
    required: !optional,
    content: {
      "application/json": { schema: list_max ? { anyOf: [one, list] } : one, example },
      ...(form ? { "application/x-www-form-urlencoded": { schema: one, example } } : {}),
    },
  };
}

function responseOf({ description, headers, content }: Answer): Json {
  return {
    description,
    ...(headers
      ? {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: "string" } }]),
          ),
        }
      : {}),
    ...(content ? { content: Object.fromEntries(content.map((one) => [one.type, mediaOf(one)])) } : {}),
  };
}

function mediaOf({ schema, example }: Content): Json {
  return { ...(schema ? { schema: reference(schema) } : {}), ...(example === undefined ? {} : { example }) };
}

function refusal(status: number): Json {
  const retry = { "Retry-After": { description: "Seconds.", schema: { type: "integer" } } };
  return {
    description: REFUSALS[status],
    ...(status === 503 ? { headers: retry } : {}),
    content: { "application/json": { schema: reference(errorBody) } },
  };
}

/** A named schema by its name; a union of such by theirs. */
function reference(schema: z.ZodType): Json {
  const id = (answers.get(schema) ?? bodies.get(schema))?.id;
  if (id !== undefined) return { $ref: `#/components/schemas/${id}` };
  if (schema instanceof z.ZodUnion) return { anyOf: (schema.options as z.ZodType[]).map(reference) };
  throw new TypeError("A schema of the document has no name; give it one by answer() or body().");
}
