/** The settings of the stand-alone host: defaults, rules, and sentences that name the value. */
import { describe, expect, it } from "vitest";
import { ConfigError, describeConfig, readConfig } from "../../src/host/config.ts";

describe("readConfig", () => {
  it("has the documented defaults", () => {
    expect(readConfig({})).toEqual({
      enabled: true,
      dir: "data",
      retention_days: 0,
      retention_rules: "",
      time_zone: "UTC",
      publish_seconds: 300,
      keep_empty: true,
      session_timeout_minutes: 30,
      port: 8787,
      host: "127.0.0.1",
      password: "",
      vapi_secret: "",
      retell_api_key: "",
      elevenlabs_secret: "",
      report_secret: "",
      devices: "",
      demo_calls: 20_000,
    });
  });

  it("takes an empty variable as unset, and trims", () => {
    expect(readConfig({ PORT: "", CALL_HISTORY_TIME_ZONE: " Europe/Berlin " })).toMatchObject({
      port: 8787,
      time_zone: "Europe/Berlin",
    });
  });

  it.each([
    [
      "CALL_HISTORY_RETENTION_DAYS",
      "ten",
      'CALL_HISTORY_RETENTION_DAYS must be a whole number of days from 0 to 36500; it is "ten".',
    ],
    [
      "CALL_HISTORY_TIME_ZONE",
      "Mars/Base",
      'CALL_HISTORY_TIME_ZONE must be an IANA time zone such as Europe/Berlin; it is "Mars/Base".',
    ],
    ["CALL_HISTORY_ENABLED", "perhaps", 'CALL_HISTORY_ENABLED must be true or false; it is "perhaps".'],
    ["PORT", "99999", 'PORT must be a whole number from 0 to 65535; it is "99999".'],
    ["DEMO_CALLS", "-1", 'DEMO_CALLS must be a whole number of calls from 0 to 10000000; it is "-1".'],
  ])("refuses %s=%s with a sentence", (name, value, sentence) => {
    expect(() => readConfig({ [name]: value })).toThrow(new ConfigError(sentence));
  });

  it("tells all that is wrong at once", () => {
    expect(() => readConfig({ PORT: "x", HOST: "y z" })).toThrow(/PORT must be.*\nHOST must be/);
  });

  it("refuses an address that others can reach, unless a password is set", () => {
    expect(() => readConfig({ HOST: "0.0.0.0" })).toThrow(/set CALL_HISTORY_PASSWORD/);
    expect(readConfig({ HOST: "0.0.0.0", CALL_HISTORY_PASSWORD: "correct horse" }).host).toBe("0.0.0.0");
    expect(readConfig({ HOST: "::1" }).host).toBe("::1");
  });

  it("never tells the password", () => {
    expect(() => readConfig({ CALL_HISTORY_PASSWORD: "hunter2" })).toThrow(/^(?!.*hunter2)/);
    const told = JSON.stringify(describeConfig(readConfig({ CALL_HISTORY_PASSWORD: "correct horse" })));
    expect(told).not.toContain("correct horse");
    expect(told).toContain('"set"');
  });
});
