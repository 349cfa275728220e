export const format = {
  justNow: "just now",
  atSpeed: (size: string) => `${size}/s`,
  of: (done: string, total: string) => `${done} of ${total}`,
  secondsLeft: (duration: string) => `${duration} left`,
  seconds: (number: string) => `${number} s`,
  minutes: (number: string) => `${number} min`,
  hours: (number: string) => `${number} h`,
  about: (duration: string) => `about ${duration}`,
};
export type FormatWords = typeof format;
