import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { covers, type LakeFile, lakeFile, parseLakeFile, visible } from "../../../src/store/lake/names.ts";

const day = "2026-11-20";
const file = (first: number, last: number, generation = 0, writer = "w-1"): LakeFile =>
  lakeFile("/data", { day, writer, first, last, generation });

describe("the names of the lake", () => {
  it("are built and read back", () => {
    const made = file(17, 17);
    expect(made.path).toBe("/data/calls/day=2026-11-20/w-1.00000017-00000017.g0.parquet");
    expect(parseLakeFile("/data", day, "w-1.00000017-00000017.g0.parquet")).toEqual(made);
  });

  it.each(["w-1.17-17.g0.parquet", "w-1.00000002-00000001.g0.parquet", "W.00000001-00000001.g0.parquet", "x.parquet"])(
    "do not take %s for one of ours",
    (name) => expect(parseLakeFile("/data", day, name)).toBeNull(),
  );

  it("refuse what can not be a name", () => {
    expect(() => lakeFile("/data", { day: "2026-02-30", writer: "w", first: 1, last: 1, generation: 0 })).toThrow(
      '"2026-02-30"',
    );
    expect(() => file(2, 1)).toThrow("Segments 2 to 1");
    expect(() => file(1, 1, 0, "../x")).toThrow('"../x"');
  });
});

describe("which files readers see", () => {
  const shown = (...files: LakeFile[]) =>
    visible(files).map((f) => f.path.slice(join("/data/calls/day=2026-11-20/").length));

  it("hides inputs of a merge and older generations", () => {
    expect(shown(file(1, 1), file(2, 2), file(3, 3), file(1, 2))).toEqual([
      "w-1.00000001-00000002.g0.parquet",
      "w-1.00000003-00000003.g0.parquet",
    ]);
    expect(shown(file(1, 1), file(1, 1, 1), file(1, 1, 2))).toEqual(["w-1.00000001-00000001.g2.parquet"]);
  });

  it("lets a larger range win whatever the generations are", () => {
    expect(shown(file(1, 1, 7), file(1, 16, 0), file(16, 16, 1))).toEqual(["w-1.00000001-00000016.g0.parquet"]);
  });

  it("keeps writers apart", () => {
    expect(visible([file(1, 9), file(2, 2, 0, "w-2")])).toHaveLength(2);
  });

  it("refuses ranges that cross", () => {
    expect(() => visible([file(1, 3), file(3, 5)])).toThrow("cross");
    expect(() => visible([file(1, 3), file(2, 2), file(3, 5)])).toThrow("cross");
  });

  it("does not depend on the order of the listing", () => {
    const files = [file(1, 1), file(1, 1, 1), file(2, 2), file(1, 2), file(3, 3), file(1, 3, 1), file(1, 3)];
    for (let turn = 0; turn < files.length; turn++) {
      files.push(...files.splice(0, 1));
      expect(shown(...files)).toEqual(["w-1.00000001-00000003.g1.parquet"]);
    }
  });

  it("knows which segments a day has", () => {
    const files = [file(1, 16), file(20, 20)];
    expect([1, 9, 16, 17, 20].map((segment) => covers(files, "w-1", segment, day))).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
    expect(covers(files, "w-2", 1, day)).toBe(false);
    expect(covers(files, "w-1", 1, "2026-11-21")).toBe(false);
  });
});
