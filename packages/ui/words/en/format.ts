export const format = {
  justNow: "just now",
  atSpeed: (size: string) => `${size}/s`,
  of: (done: string, total: string) => `${done} of ${total}`,
  secondsLeft: (duration: string) => `${duration} left`,
  about: (duration: string) => `about ${duration}`,
};
export type FormatWords = typeof format;
