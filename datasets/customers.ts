import { defineDataset, replace } from '../core/define-dataset.ts';
import { date, email, text } from '../core/fields/index.ts';

/** Who buys. The example of a table with personal data in it. */
export const customers = defineDataset({
  name: 'customers',
  domain: 'sales',
  owner: 'sales-data@example.com',
  description: 'One row per customer; each file is the whole list.',
  fields: {
    customer_id: text({ classification: 'internal' }),
    full_name: text({ classification: 'confidential' }),
    email: email({ classification: 'confidential', casing: 'lower' }),
    country: text({ casing: 'upper', description: 'Two letters, ISO 3166.' }),
    signed_up_on: date({ from: '2000-01-01' }),
  },
  key: ['customer_id'],
  write: replace(),
});
