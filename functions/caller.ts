/** Who calls, as API Gateway tells a function; never as the call itself says. */
export type CallerContext = {
  readonly authorizer?: { readonly principalId?: string } | null | undefined;
  readonly identity?: { readonly userArn?: string | null } | undefined;
};

/** Whom the authorizer of the route named; undefined where no authorizer did. */
export const callerOf = ({ authorizer, identity }: CallerContext): string | undefined => {
  const caller = authorizer?.principalId ?? identity?.userArn ?? '';
  return caller === '' ? undefined : caller;
};
