import { describe, test } from 'vitest';
import { entityCases } from '../../support/entity-contract.ts';
import { memoryEntities } from '../../support/memory-entities.ts';

describe('entities in memory', () => {
  test.each(entityCases)('$name', async ({ check }) => {
    await check(memoryEntities().entities, 'tag');
  });
});
