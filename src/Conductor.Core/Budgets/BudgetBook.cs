using Conductor.Money;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.Telemetry;

namespace Conductor.Budgets;

/// <summary>
/// What is spent and held, by scope. One lock, taken for well under a microsecond: a call is under several budgets, and it gets its place in all of them or in none.
/// </summary>
/// <remarks>
/// Balances are kept here and not asked of the ledger. They start from the ledger's sums of everything before this process began, and count every row that this
/// process books: none is counted twice, and none is missed.
/// </remarks>
internal sealed class BudgetBook : ISpendObserver, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BudgetScope, BudgetAccount> _accounts = [];
    private readonly Dictionary<string, BudgetHold> _open = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly ISettings _settings;
    private readonly IBalanceReader? _ledger;
    private readonly LedgerWriter _writer;
    private readonly BudgetAlerts _alerts;
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _began;
    private volatile Compiled _compiled;
    private volatile bool _isLoaded;

    public BudgetBook(ISettings settings, ILedgerStore store, LedgerWriter writer, BudgetAlerts alerts, TimeProvider time, ConductorMetrics metrics)
    {
        (_settings, _ledger, _writer, _alerts, _time) = (settings, store as IBalanceReader, writer, alerts, time);
        _began = time.GetUtcNow();
        _compiled = new Compiled(settings.Current, BudgetRules.Of(settings.Current));
        metrics.ReadBudgetsFrom(Remaining);
    }

    /// <summary>The budgets of these settings; the same object as long as the settings are.</summary>
    public BudgetRules RulesOf(ConductorSettings settings)
    {
        var compiled = _compiled;
        if (!ReferenceEquals(compiled.Source, settings))
        {
            _compiled = compiled = new Compiled(settings, BudgetRules.Of(settings));
        }

        return compiled.Rules;
    }

    /// <summary>Makes sure that what was spent before this process began is known.</summary>
    /// <exception cref="StorageException">The ledger cannot be read now; the next call tries again.</exception>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        if (_isLoaded)
        {
            return;
        }

        await _loading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isLoaded)
            {
                await LoadOnceAsync(cancellationToken).ConfigureAwait(false);
                _isLoaded = true;
            }
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>A hold of nothing, for a call that is under these budgets.</summary>
    public BudgetHold Open(string callId, IReadOnlyList<(BudgetScope Scope, BudgetSettings Budget)> budgets)
    {
        lock (_gate)
        {
            var hold = new BudgetHold(this, callId, [.. budgets.Select(one => (one.Scope, one.Budget, Account(one.Scope)))]);
            _open[callId] = hold;
            return hold;
        }
    }

    /// <summary>Makes a hold <paramref name="amount"/>, unless a hard budget has not so much.</summary>
    public BudgetShortfall? Set(BudgetHold hold, NanoUsd amount)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            var more = amount - hold.Amount;
            if (more > NanoUsd.Zero && Shortfall(hold, amount, more, now) is { } shortfall)
            {
                return shortfall;
            }

            Move(hold, amount);
            return null;
        }
    }

    /// <summary>What is left of the tightest budget with a period, hard or soft; never below zero.</summary>
    public NanoUsd? Left(BudgetHold hold)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            NanoUsd? least = null;
            foreach (var (_, budget, account) in hold.Budgets)
            {
                if (budget.Per != BudgetPeriod.Request && LeftOf(budget, account, now) is var left && (least is null || left < least))
                {
                    least = left;
                }
            }

            return least;
        }
    }

    public void Close(BudgetHold hold)
    {
        lock (_gate)
        {
            Move(hold, NanoUsd.Zero);
            _open.Remove(hold.CallId);
        }
    }

    public void Dispose() => _loading.Dispose();

    /// <inheritdoc/>
    public void Settled(LedgerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var cost = row.Cost ?? NanoUsd.Zero;
        var now = _time.GetUtcNow();
        List<BudgetAlert>? alerts = null;
        lock (_gate)
        {
            if (_open.TryGetValue(row.CallId, out var hold))
            {
                // What has become spending is not held any more; after a success nothing can follow.
                hold.Spent += cost;
                Move(hold, row.Status == Calls.AttemptStatus.Succeeded || cost > hold.Amount ? NanoUsd.Zero : hold.Amount - cost);
            }

            if (cost <= NanoUsd.Zero)
            {
                return;
            }

            foreach (var scope in BudgetScope.Of(row))
            {
                Account(scope).Add(cost, row.StartedAt, now);
            }

            foreach (var (scope, budget) in RulesOf(_settings.Current).For(BudgetScope.Of(row)))
            {
                Reached(scope, budget, now, ref alerts);
            }
        }

        foreach (var alert in alerts ?? [])
        {
            _alerts.Tell(alert);
        }
    }

    // Rows of an earlier process, those among them that this one brought back from its reservations; not one that this process made.
    private async Task LoadOnceAsync(CancellationToken cancellationToken)
    {
        if (_ledger is null)
        {
            return; // a ledger in memory was empty when this process began
        }

        _writer.EnsureOpen();
        try
        {
            await _writer.FlushAsync(cancellationToken).WaitAsync(TimeSpan.FromSeconds(5), cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new StorageException("The ledger does not take rows, so what is spent is not known.", late);
        }

        var spent = await _ledger.SpentAsync(BudgetWindow.Earliest(_time.GetUtcNow()), _began, cancellationToken).ConfigureAwait(false);
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            foreach (var one in spent)
            {
                foreach (var scope in BudgetScope.Of(one.TenantId, one.KeyId, one.Operation))
                {
                    Account(scope).Add(one.Cost, one.Day, now);
                }
            }
        }
    }

    private static BudgetShortfall? Shortfall(BudgetHold hold, NanoUsd amount, NanoUsd more, DateTimeOffset now)
    {
        BudgetShortfall? tightest = null;
        foreach (var (scope, budget, account) in hold.Budgets)
        {
            if (budget.Mode == BudgetMode.Soft)
            {
                continue;
            }

            var isOfOneRequest = budget.Per == BudgetPeriod.Request;
            var left = isOfOneRequest ? AtLeastZero(budget.Limit - hold.Spent) : LeftOf(budget, account, now);
            var needed = isOfOneRequest ? amount : more;
            if (needed > left && (tightest is null || left < tightest.Left))
            {
                tightest = new BudgetShortfall(scope, budget, amount, left, isOfOneRequest ? null : BudgetWindow.End(budget.Per, now));
            }
        }

        return tightest;
    }

    private static NanoUsd LeftOf(BudgetSettings budget, BudgetAccount account, DateTimeOffset now) =>
        AtLeastZero(budget.Limit - account.Spent(budget.Per, now) - account.Held);

    private static NanoUsd AtLeastZero(NanoUsd amount) => amount > NanoUsd.Zero ? amount : NanoUsd.Zero;

    private static void Move(BudgetHold hold, NanoUsd amount)
    {
        foreach (var account in hold.Accounts)
        {
            account.Held += amount - hold.Amount;
        }

        hold.Amount = amount;
    }

    private BudgetAccount Account(BudgetScope scope)
    {
        if (!_accounts.TryGetValue(scope, out var account))
        {
            _accounts.Add(scope, account = new BudgetAccount());
        }

        return account;
    }

    private void Reached(BudgetScope scope, BudgetSettings budget, DateTimeOffset now, ref List<BudgetAlert>? alerts)
    {
        if (budget.Per == BudgetPeriod.Request)
        {
            return;
        }

        var account = Account(scope);
        foreach (var percent in budget.AlertPercent == 100 ? [100m] : new[] { budget.AlertPercent, 100m })
        {
            if (account.Reaches(budget, percent, now))
            {
                (alerts ??= []).Add(new BudgetAlert(scope, budget, percent, account.Spent(budget.Per, now), now, BudgetWindow.End(budget.Per, now)));
            }
        }
    }

    private List<(BudgetScope Scope, BudgetSettings Budget, double Usd)> Remaining()
    {
        var now = _time.GetUtcNow();
        var rules = RulesOf(_settings.Current);
        lock (_gate)
        {
            return [.. rules.All.Where(one => one.Budget.Per != BudgetPeriod.Request)
                .Select(one => (one.Scope, one.Budget, (double)LeftOf(one.Budget, Account(one.Scope), now).Value / 1e9))];
        }
    }

    private sealed record Compiled(ConductorSettings Source, BudgetRules Rules);
}
