-- What was spent since the month began is asked for at every start that has budgets.
CREATE INDEX ledger_started ON ledger (started_at_us);
