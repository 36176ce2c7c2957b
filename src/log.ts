/** Structured log lines: one JSON object a line, as CloudWatch Logs Insights reads them; metrics in the embedded format. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A count in the CloudWatch namespace `batchbot`, by the embedded metric format. */
  metric(name: string, value: number): void;
}

const LEVELS: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/** @param write where a line goes, standard output by default */
export function jsonLog(
  level: LogLevel,
  now: () => number,
  write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Log {
  const at =
    (lineLevel: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      if (LEVELS[lineLevel] < LEVELS[level]) return;
      write(JSON.stringify({ level: lineLevel, time: new Date(now()).toISOString(), message, ...fields }));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    metric: (name, value) =>
      write(
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
        JSON.stringify({
          _aws: {
            Timestamp: now(),
            CloudWatchMetrics: [{ Namespace: 'batchbot', Dimensions: [[]], Metrics: [{ Name: name, Unit: 'Count' }] }],
          },
          [name]: value,
        }),
      ),
  };
}
