// SPDX-License-Identifier: Apache-2.0
// The views, in the order of a report: what it comes to, what it stands on, then the chapters.
import type { FunctionComponent } from "preact";
import { Artifacts } from "./artifacts";
import { Attribution } from "./attribution";
import { Chain, Walk } from "./chain";
import { Findings, Incidents } from "./found";
import { Overview } from "./overview";
import { Machines, Releases } from "./spread";
import { Evidence, Knowledge } from "./stands";
import { Timeline } from "./timeline";

export interface View {
    name: string;
    title: string;
    short?: string; // in the bar, where the title is long
    key: string; // behind g
    report: boolean; // stands in a report, too
    show: FunctionComponent<{ query: URLSearchParams }>;
}

export const VIEWS: View[] = [
    { name: "overview", title: "Overview", key: "o", report: true, show: Overview },
    {
        name: "evidence",
        title: "Evidence and action log",
        short: "Evidence",
        key: "e",
        report: true,
        show: Evidence,
    },
    { name: "chain", title: "Chain", key: "c", report: true, show: Chain },
    { name: "walk", title: "Walk the graph", short: "Walk", key: "w", report: false, show: Walk },
    { name: "timeline", title: "Timeline", key: "t", report: true, show: Timeline },
    { name: "machines", title: "Machines", key: "m", report: true, show: Machines },
    {
        name: "releases",
        title: "Releases at risk, and who got them",
        short: "Releases",
        key: "r",
        report: true,
        show: Releases,
    },
    { name: "findings", title: "Findings", key: "f", report: true, show: Findings },
    { name: "incidents", title: "Incidents", key: "i", report: true, show: Incidents },
    { name: "artifacts", title: "Artifacts", key: "a", report: false, show: Artifacts },
    { name: "attribution", title: "Attribution", key: "s", report: true, show: Attribution },
    { name: "knowledge", title: "Knowledge", key: "k", report: true, show: Knowledge },
];

export const byName = (name: string): View | undefined => VIEWS.find((v) => v.name === name);
