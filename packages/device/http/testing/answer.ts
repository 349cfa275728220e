import type {
  AppsAnswer,
  ChangelogAnswer,
  ChannelsAnswer,
  ErrorAnswer,
  HistoryAnswer,
  LogAnswer,
  SettingsAnswer,
  StartedAnswer,
  Status,
} from "@pawl/protocol";

/** Any answer of the API, with the fields of all of them; none when the body is empty. */
export type AnswerBody = Partial<
  Omit<ErrorAnswer, "success"> &
    Omit<StartedAnswer, "success"> &
    Omit<LogAnswer, "success"> &
    Omit<HistoryAnswer, "success"> &
    Omit<AppsAnswer, "success"> &
    Omit<ChannelsAnswer, "success"> &
    Omit<ChangelogAnswer, "success"> &
    Pick<SettingsAnswer, "own" | "window"> &
    Omit<Status, "error">
> & { success?: boolean };

export interface Answer {
  status: number;
  headers: Headers;
  body: AnswerBody;
}
