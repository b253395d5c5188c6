// SPDX-License-Identifier: Apache-2.0
// Asking the source, and what stands there until it has answered, or when it could not.
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Failure, type Line, type Page, type Query, type Source } from "../data/source";

export interface Here {
    source: Source;
    target: string; // what the chain is about; "" when nothing was chosen
    generation: number; // of the case: what was asked before is old
    go(view: string, query?: Record<string, string>): void;
    link(view: string, query?: Record<string, string>): string;
}
export const Place = createContext<Here>(null as unknown as Here);

export interface Answer {
    page: Page | null;
    failure: Failure | null;
}

// Where the case changed meanwhile, the old answer stands until the new one is there: what somebody
// writes beside a row must not go away under the hands.
export function useAnswer(ask: () => Promise<Page>, on: unknown[]): Answer {
    const [answer, setAnswer] = useState<Answer>({ page: null, failure: null });
    const asked = useRef("");
    const { generation } = useContext(Place);
    useEffect(() => {
        let wanted = true;
        const key = JSON.stringify(on);
        if (asked.current !== key) setAnswer({ page: null, failure: null });
        asked.current = key;
        ask().then(
            (page) => wanted && setAnswer({ page, failure: null }),
            (e: unknown) =>
                wanted &&
                setAnswer({
                    page: null,
                    failure: e instanceof Failure ? e : new Failure(0, String(e)),
                }),
        );
        return () => {
            wanted = false;
        };
    }, [...on, generation]);
    return answer;
}

export function useLines(query: Query): Answer {
    const { source } = useContext(Place);
    return useAnswer(() => source.lines(query), [JSON.stringify(query)]);
}

// The answer to all that is asked of the target, or of the whole case where there is none.
export function useReport(types: string[], limit = 200): Answer {
    return useLines({ ...useOf(...types), limit });
}

export function useOf(...types: string[]): Query {
    const { target } = useContext(Place);
    return { of: "report", target: target || undefined, types };
}

export function Waiting({ answer }: { answer: Answer }) {
    const { go } = useContext(Place);
    if (answer.failure) {
        const several = answer.failure.lines.filter((l) => l.type === "thing");
        return (
            <div class="notice bad" role="alert">
                <p>{answer.failure.message}</p>
                {several.length > 0 && (
                    <ul>
                        {several.map((l) => (
                            <li key={String(l.id)}>
                                <button
                                    type="button"
                                    class="link"
                                    onClick={() => go("chain", { target: String(l.id) })}
                                >
                                    {String(l.kind)} {String(l.name ?? l.key)}
                                </button>
                            </li>
                        ))}
                    </ul>
                )}
            </div>
        );
    }
    return answer.page ? null : (
        <p class="quiet" role="status">
            Asking the case …
        </p>
    );
}

export const first = (a: Answer, ok: (l: Line) => boolean): Line | undefined =>
    a.page?.lines.find(ok);
