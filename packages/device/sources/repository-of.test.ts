import { SourceConfig } from "@pawl/protocol";
import { expect, test } from "vitest";
import { repositoryOf } from "./repository-of.ts";

test.each([
  ["https://kim:geheim@git.example.org/me/kettle.git?token=geheim", "https://git.example.org/me/kettle.git"],
  // Without its user it would be another place.
  ["ssh://git@git.example.org:2222/me/kettle.git", "ssh://git@git.example.org:2222/me/kettle.git"],
  ["ssh://git:geheim@git.example.org/me/kettle.git", "ssh://git@git.example.org/me/kettle.git"],
  ["git@git.example.org:me/kettle.git", "git@git.example.org:me/kettle.git"],
  ["file:///srv/our kettle.git", "file:///srv/our kettle.git"],
])("%s is noted as where one could have it again, without what is secret", (url, noted) => {
  expect(repositoryOf(SourceConfig.parse({ git: { url } }))).toEqual({ url: noted });
});

test("commits from GitHub's API come from its repository, and bundles from none", () => {
  const repo = "me/kettle";
  const noted = repositoryOf(SourceConfig.parse({ github: { repo, follow: "branches" } }));
  expect(noted).toEqual({ url: "https://github.com/me/kettle.git" });
  expect(repositoryOf(SourceConfig.parse({ github: { repo } }))).toBeNull();
});
