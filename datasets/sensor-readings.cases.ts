import { type CaseRow, cases } from '../core/cases/case.ts';
import { sensorReadings } from './sensor-readings.ts';

const reading: CaseRow = {
  reading_id: 'r-1',
  sensor_id: 's-1',
  celsius: '21.5',
  measured_at: '2026-03-04T05:06:07Z',
};

/** What the gateways of the warehouses may send, by example. */
export const sensorReadingsCases = cases(sensorReadings, [
  {
    name: 'a reading beyond what a sensor can measure is rejected',
    rows: [reading, { ...reading, reading_id: 'r-2', celsius: '4000' }],
    expect: { clean: [{ celsius: 21.5 }], rejected: [{ row: 2, reasons: ['E_RANGE celsius'] }] },
  },
]);
