import { TicketAnswer } from "@pawl/protocol";
import { type Route, success } from "../route.ts";
import type { Tickets } from "../tickets.ts";

/** `POST ticket`: what an EventSource, which can't send a header, shows instead. */
export function ticketRoute(tickets: Tickets): Route {
  return {
    method: "POST",
    path: "ticket",
    effect: "change",
    summary: "A ticket that lets one EventSource in within a minute, as ?ticket= of progress",
    answer: TicketAnswer,
    handle: async (c) => success(c, { ticket: tickets.issue() }),
  };
}
