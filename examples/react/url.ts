/** The page's URL as state: one for each view, so that Back works. */
import { useEffect, useState } from "react";

/** Who is logged in, and what they may do: every host has something like it. */
export interface Session {
  readonly token: string;
  readonly permissions: readonly string[];
  readonly timezone: string;
}

export function useUrl(): readonly [URLSearchParams, (next: URLSearchParams, replace?: boolean) => void] {
  const [search, setSearch] = useState(location.search);
  useEffect(() => {
    const read = () => setSearch(location.search);
    addEventListener("popstate", read);
    return () => removeEventListener("popstate", read);
  }, []);
  const go = (next: URLSearchParams, replace = false) => {
    history[replace ? "replaceState" : "pushState"](null, "", `?${next}`);
    setSearch(location.search);
  };
  return [new URLSearchParams(search), go];
}
