export const answers = {
  unreachable: "The server can't be reached.",
  timeout: "The server did not answer in time.",
  /** Of a page that came in place of what was asked for. */
  notTheServer: "Something else than the server answered.",
  unexplained: (status: number) => `The answer was ${status}, without a reason.`,
  notReady: "The server isn't ready.",
};
export type AnswersWords = typeof answers;
