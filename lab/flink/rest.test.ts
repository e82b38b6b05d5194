import { describe, expect, it } from 'vitest';
import { answerBackPressure, type MeasuredVertex } from './rest.ts';

const jobId = '7684be6004e4e955c2a558a9bc463f65';
const vertexId = 'cbc357ccb763df2852fee8c4fc7d55f2';
const path = `/jobs/${jobId}/vertices/${vertexId}/backpressure`;
const map: MeasuredVertex = {
  jobId,
  vertexId,
  atMs: 60_000,
  subtasks: [
    { busyMsPerSecond: 20, backPressuredMsPerSecond: 980, idleMsPerSecond: 0 },
    { busyMsPerSecond: 700, backPressuredMsPerSecond: 300, idleMsPerSecond: 0 },
    { busyMsPerSecond: 900, backPressuredMsPerSecond: 0, idleMsPerSecond: 100, attemptNumber: 1 },
  ],
};

describe('the REST answer about backpressure (F18)', () => {
  it('has Flink’s fields, lower-case levels, and the worst subtask’s level for the task', () => {
    expect(answerBackPressure({ method: 'GET', path }, [map])).toEqual({
      statusCode: 200,
      body: {
        status: 'ok',
        'backpressure-level': 'high',
        backpressureLevel: 'high',
        'end-timestamp': 60_000,
        subtasks: [
          {
            subtask: 0,
            'backpressure-level': 'high',
            backpressureLevel: 'high',
            ratio: 0.98,
            busyRatio: 0.02,
            idleRatio: 0,
          },
          {
            subtask: 1,
            'backpressure-level': 'low',
            backpressureLevel: 'low',
            ratio: 0.3,
            busyRatio: 0.7,
            idleRatio: 0,
          },
          {
            subtask: 2,
            'attempt-number': 1,
            'backpressure-level': 'ok',
            backpressureLevel: 'ok',
            ratio: 0,
            busyRatio: 0.9,
            idleRatio: 0.1,
          },
        ],
      },
    });
    expect(answerBackPressure({ method: 'GET', path: `/v1${path}` }, [map]).statusCode).toBe(200);
  });

  it('says deprecated for ids that it knows no metrics of', () => {
    const other = path.replace(vertexId, '0'.repeat(32));
    expect(answerBackPressure({ method: 'GET', path: other }, [map])).toEqual({
      statusCode: 200,
      body: { status: 'deprecated' },
    });
  });

  it('refuses ids that are not 32 hex digits', () => {
    const byName = answerBackPressure({ method: 'GET', path: `/jobs/${jobId}/vertices/enrich/backpressure` }, [map]);
    expect(byName.statusCode).toBe(400);
    expect(byName.body).toEqual({
      errors: [
        'Bad request, could not parse parameters: Cannot resolve path parameter (vertexid) from value "enrich".',
      ],
    });
  });

  it('finds no route for another method or without a vertex', () => {
    expect(answerBackPressure({ method: 'POST', path }, [map])).toEqual({
      statusCode: 404,
      body: { errors: [`Not found: ${path}`] },
    });
    const withoutVertex = `/jobs/${jobId}/backpressure`;
    expect(answerBackPressure({ method: 'GET', path: withoutVertex }, [map])).toEqual({
      statusCode: 404,
      body: { errors: [`Unable to load requested file ${withoutVertex}.`] },
    });
  });
});
