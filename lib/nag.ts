import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';

/** Fails the synth on any finding that no construct answers with a reason. */
export const checkSecurity = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
};
