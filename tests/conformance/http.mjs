// GraphQL over HTTP: the audits of its reference implementation. A recommendation (SHOULD, MAY) missed is a failure, too.
import { serverAudits } from 'graphql-http';
import { check, done } from './report.mjs';

for (const audit of serverAudits({ url: process.env.SERVER })) {
  await check(`${audit.id} ${audit.name}`, async () => {
    const found = await audit.fn();
    return found.status === 'ok' || `${found.status}: ${found.reason}`;
  });
}
done();
