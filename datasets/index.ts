import type { Dataset } from '../core/dataset.ts';
import { withWindows } from '../core/windows/index.ts';
import { clickstream } from './clickstream.ts';
import { customers } from './customers.ts';
import { inventory } from './inventory.ts';
import { orders } from './orders.ts';
import { products } from './products.ts';
import { reviews } from './reviews.ts';
import { sensorReadings } from './sensor-readings.ts';

/** Every dataset of this deployment. A new one is one file beside this and one line here. */
export const datasets: readonly Dataset[] = withWindows([
  orders,
  products,
  customers,
  reviews,
  clickstream,
  sensorReadings,
  inventory,
]);

/** The dataset of a landing prefix, a table or a run; undefined when none is declared. */
export const datasetNamed = (name: string): Dataset | undefined =>
  datasets.find((dataset) => dataset.name === name);
