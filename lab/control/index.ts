// What a control-plane policy may import.

export type {
  ControlContext,
  ControlDecision,
  ControlState,
  EndedAttempt,
  FailedRun,
  NextSlice,
  Orchestrator,
} from './api.ts';
