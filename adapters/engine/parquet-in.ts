export const parquetRows = async (_request: unknown): Promise<never> => {
  throw new Error('not yet');
};
