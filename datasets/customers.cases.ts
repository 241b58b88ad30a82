import { type CaseRow, cases } from '../core/cases/case.ts';
import { customers } from './customers.ts';

const customer: CaseRow = {
  customer_id: 'C-000001',
  full_name: 'Łucja Müller',
  email: 'Lucja@Example.ORG',
  country: 'pl',
  signed_up_on: '2024-02-29',
};

/** What the keepers of the customer list agreed on, by example. */
export const customersCases = cases(customers, [
  {
    name: 'an address is published in lower case, a country in upper case',
    rows: [customer],
    expect: {
      clean: [
        {
          customer_id: 'C-000001',
          full_name: 'Łucja Müller',
          email: 'lucja@example.org',
          country: 'PL',
          signed_up_on: '2024-02-29',
        },
      ],
    },
  },
  {
    name: 'a day that no calendar has, or one before 2000, is rejected',
    rows: [
      { ...customer, signed_up_on: '2023-02-29' },
      { ...customer, signed_up_on: '1999-12-31' },
    ],
    expect: {
      rejected: [
        { row: 1, reasons: ['E_TYPE signed_up_on'] },
        { row: 2, reasons: ['E_RANGE signed_up_on'] },
      ],
    },
  },
  {
    name: 'a customer is listed once',
    rows: [customer, { ...customer, full_name: 'Lucja Muller' }],
    expect: {
      clean: [{ full_name: 'Łucja Müller' }],
      rejected: [{ row: 2, reasons: ['E_DUPLICATE_KEY'] }],
    },
  },
]);
