/** Whose a call is: whoever is bound to a tenant or an assistant tells of that one's calls only. */
import { ApiError } from "../errors.ts";

/** What a sender is bound to; absent = not bound. */
export interface Binding {
  readonly client_id?: string | undefined;
  readonly assistant_id?: string | undefined;
}

interface Owned {
  readonly client_id?: string | null | undefined;
  readonly assistant_id?: string | null | undefined;
}

/** The columns a binding decides, whatever is told. */
export function bound({ client_id, assistant_id }: Binding): Binding {
  return {
    ...(client_id === undefined ? {} : { client_id }),
    ...(assistant_id === undefined ? {} : { assistant_id }),
  };
}

export function isBound(binding: Binding): boolean {
  return binding.client_id !== undefined || binding.assistant_id !== undefined;
}

/** Throws a 409 where the call belongs to somebody else; it says no more than that the name is taken. */
export function refuseForeign(call: Owned, binding: Binding, call_id: string): void {
  const { client_id, assistant_id } = binding;
  const own =
    (client_id === undefined || call.client_id === client_id) &&
    (assistant_id === undefined || call.assistant_id === assistant_id);
  if (own) return;
  throw new ApiError(409, "conflict", `The call_id ${JSON.stringify(call_id.slice(0, 80))} is taken.`, "call_id");
}
