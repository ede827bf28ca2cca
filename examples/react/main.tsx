/** A React host: the elements are tags like any other; arrays, objects and listeners go in as they are. */
import "call-lake/ui/react";
import type { CallNavigate, CallOpen } from "call-lake/ui";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { type Session, useUrl } from "./url.ts";

function Calls({ session }: { session: Session }) {
  const [query, go] = useUrl();
  const [told, tell] = useState("");
  const [theme, setTheme] = useState<"auto" | "light" | "dark">("auto");
  const id = query.get("call");
  const rest = new URLSearchParams(query);
  rest.delete("call");

  const given = {
    api: "/api/calls",
    headers: { authorization: `Bearer ${session.token}` },
    permissions: session.permissions,
    timezone: session.timezone,
    theme,
  };
  const open = ({ detail }: CustomEvent<CallOpen>) => {
    tell(`Opened ${detail.id}`);
    go(new URLSearchParams([["call", detail.id], ...new URLSearchParams(detail.query)]));
  };
  const navigate = ({ detail }: CustomEvent<CallNavigate>) => {
    tell(`Asked for ${detail.query}`);
    const next = new URLSearchParams(detail.query);
    if (id !== null) next.set("call", id);
    go(next, detail.replace);
  };
  return (
    <>
      <header>
        <strong>React</strong>{" "}
        <label>
          Theme{" "}
          <select value={theme} onChange={(event) => setTheme(event.target.value as typeof theme)}>
            <option>auto</option>
            <option>light</option>
            <option>dark</option>
          </select>
        </label>
      </header>
      <main>
        <p role="status">{told}</p>
        {id === null ? (
          <>
            <h1>Calls</h1>
            <call-history {...given} filter={String(rest)} oncall-open={open} oncall-navigate={navigate} />
          </>
        ) : (
          <>
            <h1>One call</h1>
            <button type="button" onClick={() => history.back()}>
              Back to the calls
            </button>
            <call-detail {...given} callId={id} query={String(rest)} oncall-navigate={navigate} />
          </>
        )}
      </main>
    </>
  );
}

function Host() {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    void fetch("/session.json")
      .then((answer) => answer.json())
      .then(setSession);
  }, []);
  return session ? <Calls session={session} /> : <p>Logging in</p>;
}

const place = document.getElementById("app");
if (place) createRoot(place).render(<Host />);
