import type { Browser, BrowserContext, ConsoleMessage, Page, Response } from "playwright-core";

export const PHONE = { width: 390, height: 844 } as const;
export const DESK = { width: 1280, height: 800 } as const;

/** How long anything may take before a test says that it never comes, in milliseconds. */
const PATIENCE_MS = 60_000;

export interface VisitOptions {
  viewport?: { width: number; height: number };
  colorScheme?: "light" | "dark";
  /** As on a phone: fingers, and bars that take no room. Default false. */
  isTouched?: boolean;
}

/** Somebody at a site, with a browser that knows nothing yet. */
export interface Visit extends AsyncDisposable {
  page: Page;
  context: BrowserContext;
  /**
   * What went wrong since it was asked last that nobody sees on the page: errors, violations of its policy, what didn't load, calls
   * to others, dialogs of scripts.
   */
  takeTroubles(): string[];
}

/** @param baseURL of the site; nobody else may be asked */
export async function visit(browser: Browser, baseURL: string, options: VisitOptions = {}): Promise<Visit> {
  const { viewport = PHONE, colorScheme = "light", isTouched = false } = options;
  const context = await browser.newContext({
    baseURL,
    viewport,
    colorScheme,
    isMobile: isTouched,
    hasTouch: isTouched,
    locale: "en",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const troubles: string[] = [];
  context.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (/^https?:$/.test(protocol) && origin !== baseURL) troubles.push(`asked a stranger: ${request.url()}`);
  });
  context.on("response", (response) => {
    if (isFile(response) && response.status() >= 400) troubles.push(`${response.status()} for ${response.url()}`);
  });
  context.on("console", (message) => {
    if (isTrouble(message)) troubles.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => void troubles.push(`error: ${error.error().stack ?? error.error().message}`));
  context.on("dialog", (dialog) => {
    troubles.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return {
    page: await context.newPage(),
    context,
    takeTroubles: () => troubles.splice(0),
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** An answer of an API may well be an error, which the page then says; what the page is made of may not. */
function isFile(response: Response): boolean {
  return ["document", "script", "stylesheet", "image", "font"].includes(response.request().resourceType());
}

/** Chromium itself notes each answer that is an error, and each call that got none. */
function isTrouble(message: ConsoleMessage): boolean {
  const isOfNetwork = message.text().startsWith("Failed to load resource");
  return ["error", "warning", "assert"].includes(message.type()) && !isOfNetwork;
}
