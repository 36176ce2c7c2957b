/** On a machine that others use too, a scene may miss its time: CI lets a failed test try once more, and prints both failures. */
jest.retryTimes(Number(process.env.TEST_RETRIES ?? 0), { logErrorsBeforeRetry: true });
