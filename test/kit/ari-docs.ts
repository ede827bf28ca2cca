/** The api-docs of Asterisk's ARI, as far as ari-client needs them: resources, operations and the models of events. */

const CHANNEL_EVENTS = [
  ...["StasisStart", "StasisEnd", "ChannelCreated", "ChannelDestroyed", "ChannelStateChange", "ChannelHangupRequest"],
  ...["ChannelDialplan", "ChannelVarset", "ChannelCallerId", "ChannelConnectedLine", "ChannelDtmfReceived"],
  ...["ChannelTalkingStarted", "ChannelTalkingFinished", "ChannelUserevent", "ChannelHold", "ChannelUnhold"],
  ...["ChannelEnteredBridge", "ChannelLeftBridge"],
];
const OTHER_EVENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Dial: { caller: "Channel", peer: "Channel", dialstatus: "string" },
  PlaybackStarted: { playback: "Playback" },
  PlaybackFinished: { playback: "Playback" },
  RecordingStarted: { recording: "LiveRecording" },
  RecordingFinished: { recording: "LiveRecording" },
  DeviceStateChanged: { device_state: "DeviceState" },
  ApplicationReplaced: {},
};

interface Operation {
  path: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  nickname: string;
  answer: string;
  inPath?: string;
  inQuery?: readonly string[];
}

const OPERATIONS: Readonly<Record<string, readonly Operation[]>> = {
  asterisk: [{ path: "/asterisk/info", method: "GET", nickname: "getInfo", answer: "AsteriskInfo", inQuery: ["only"] }],
  applications: [{ path: "/applications", method: "GET", nickname: "list", answer: "List[Application]" }],
  channels: [
    { path: "/channels", method: "GET", nickname: "list", answer: "List[Channel]" },
    { path: "/channels/{channelId}", method: "GET", nickname: "get", answer: "Channel", inPath: "channelId" },
    {
      path: "/channels/{channelId}",
      method: "DELETE",
      nickname: "hangup",
      answer: "void",
      inPath: "channelId",
      inQuery: ["reason"],
    },
  ],
  bridges: [],
  deviceStates: [],
  endpoints: [],
  mailboxes: [],
  playbacks: [],
  recordings: [],
  sounds: [],
  events: [{ path: "/events", method: "GET", nickname: "eventWebsocket", answer: "Message" }],
};

function models() {
  const ofChannel = CHANNEL_EVENTS.map((name) => [name, { application: "string", channel: "Channel" }] as const);
  return Object.fromEntries(
    [...ofChannel, ...Object.entries(OTHER_EVENTS)].map(([id, members]) => [
      id,
      { id, properties: Object.fromEntries(Object.entries(members).map(([name, type]) => [name, { type }])) },
    ]),
  );
}

/** The answer to GET /ari/api-docs/`file`, for a server at `base` (http://host:port); null for no such file. */
export function apiDocs(file: string, base: string): object | null {
  const head = { apiVersion: "9.0.0", swaggerVersion: "1.1", basePath: `${base}/ari` };
  if (file === "resources.json") {
    const apis = Object.keys(OPERATIONS).map((name) => ({ path: `/api-docs/${name}.{format}`, description: name }));
    return { ...head, apis };
  }
  const name = file.replace(/\.json$/, "");
  const operations = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (!operations) return null;
  const apis = operations.map(({ path, method, nickname, answer, inPath, inQuery = [] }) => ({
    path,
    description: nickname,
    operations: [
      {
        httpMethod: method,
        summary: nickname,
        nickname,
        responseClass: answer,
        parameters: [
          ...(inPath ? [{ name: inPath, paramType: "path", required: true, dataType: "string" }] : []),
          ...inQuery.map((one) => ({ name: one, paramType: "query", required: false, dataType: "string" })),
        ],
      },
    ],
  }));
  const resourcePath = `/api-docs/${name}.{format}`;
  return { ...head, resourcePath, apis, models: name === "events" ? models() : {} };
}
