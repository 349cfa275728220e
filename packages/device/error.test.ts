import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { asUpdateError, systemError } from "./error.ts";

test.each([
  ["ENOSPC", "disk_full", "The disk is full (/srv/x)."],
  ["EDQUOT", "disk_full", "The disk is full (/srv/x)."],
  ["EROFS", "not_writable", "The file system is mounted read-only (/srv/x)."],
  ["EACCES", "not_writable", "Pawl isn't allowed to write there (/srv/x)."],
  ["EPERM", "not_writable", "Pawl isn't allowed to write there (/srv/x)."],
  ["ENOENT", "not_writable", "A file or folder that Pawl needs isn't there (/srv/x)."],
  ["ENOTDIR", "not_writable", "A file or folder that Pawl needs isn't there (/srv/x)."],
  ["EIO", "not_writable", "The disk reports an error (/srv/x). Check it, and replace it if need be."],
])("%s has words of its own", (code, expected, message) => {
  const error = Object.assign(new Error(code), { code, path: "/srv/x" });
  expect(systemError(error)).toMatchObject({ code: expected, message, fields: { path: "/srv/x" }, cause: error });
});

test("what the system says about a real file is worded", async () => {
  const error = await readFile("/nowhere/at/all").catch((error: unknown) => error);
  expect(asUpdateError(error).message).toBe("A file or folder that Pawl needs isn't there (/nowhere/at/all).");
});

test("what nobody foresaw is a fault of Pawl's own, with its message as the detail", () => {
  expect(systemError(new Error("boom"))).toBeNull();
  expect(asUpdateError(new Error("boom"))).toMatchObject({ code: "internal", fields: { detail: "boom" } });
  expect(asUpdateError("boom")).toMatchObject({ code: "internal", fields: { detail: "boom" } });
});
