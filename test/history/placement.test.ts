import { type Scene, scene } from '../scene';

let here: Scene;
beforeAll(async () => {
  here = await scene();
});
afterAll(() => here.end());

test('where a job runs is found out while it runs, and kept with it when it has ended', async () => {
  const id = await here.submit('placed', { LOCAL_RUN_SECONDS: '1' });
  const card = await here.until('the end and the zone of the job', async () => {
    const [message] = await here.ada.says(`/batch job ${id}`);
    return message !== undefined && /succeeded/.test(message.plain) && /us-east-1[a-f]/.test(message.plain)
      ? message.plain
      : undefined;
  });
  expect(card).toMatch(/[a-z]\d[a-z]*\.\d*x?large/);
  const hosts = here.world.aws.counts()['ecs.DescribeContainerInstances']?.calls ?? 0;
  expect(hosts).toBeGreaterThan(0);
  expect(hosts).toBeLessThanOrEqual(2);
});
