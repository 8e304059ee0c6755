using System.Globalization;
using Conductor.Calls;
using Conductor.Wire;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>What a response's headers tell of the call. A stream's say what is known at its first byte.</summary>
internal static class OutcomeHeaders
{
    public static void Write(HttpResponse response, ModelCall call, ModelOutcome outcome, bool isSettled)
    {
        var headers = response.Headers;
        headers["x-conductor-provider"] = HeaderText.Safe(outcome.Provider);
        headers["x-conductor-model"] = HeaderText.Safe(outcome.Model);
        headers["x-conductor-cache"] = call.IsCacheHit ? "hit-exact" : call.CacheUse is CacheUse.Read or CacheUse.ReadWrite ? "miss" : "bypass"; // nobody looked
        WriteAttempts(headers, call);
        WriteUpstreamId(headers, outcome.Attempt);

        if (isSettled)
        {
            WriteCost(response, CallCost.Of(call));
        }

        if (call.BudgetLeft is { } left)
        {
            headers["x-conductor-budget-remaining-usd"] = left.ToString();
        }

        if (call.DroppedParameters.Count > 0)
        {
            headers["x-conductor-dropped-params"] = HeaderText.Safe(string.Join(',', call.DroppedParameters));
        }

        if (call.ChangedParameters.Count > 0)
        {
            headers["x-conductor-loss"] = HeaderText.Safe(string.Join(',', call.ChangedParameters));
        }

        if (outcome.Notices.Count > 0)
        {
            headers["x-conductor-notices"] = HeaderText.Safe(string.Join(' ', outcome.Notices));
        }

        var timings = call.Timings;
        headers["server-timing"] = string.Create(
            CultureInfo.InvariantCulture,
            $"queue;dur={new Milliseconds(timings.Queue)}, route;dur={new Milliseconds(timings.Routing)}, upstream-ttfb;dur={new Milliseconds(timings.Provider)}");
    }

    /// <summary>What the answer's writer lost, beside what the request lost on its way out.</summary>
    public static void NoteLosses(ModelCall call, LossReport losses)
    {
        Add(call.DroppedParameters, losses.Dropped);
        Add(call.ChangedParameters, losses.Changed);
    }

    /// <summary>What a call, or all of a batch's together, cost.</summary>
    public static void WriteCost(HttpResponse response, CallCost cost)
    {
        response.Headers["x-conductor-cost-status"] = cost.Status;
        if (cost.Amount is { } amount)
        {
            response.Headers["x-conductor-cost-usd"] = amount.ToString();
        }
    }

    /// <summary>What is known of a call that nobody could serve.</summary>
    public static void WriteFailure(HttpResponse response, ModelCall call)
    {
        WriteAttempts(response.Headers, call);
        WriteUpstreamId(response.Headers, call.Attempts is [.., var last] ? last : null);
    }

    private static void WriteUpstreamId(IHeaderDictionary headers, Attempt? attempt)
    {
        if (attempt?.UpstreamRequestId is { Length: > 0 } upstreamId)
        {
            headers["x-conductor-upstream-request-id"] = HeaderText.Safe(upstreamId);
        }
    }

    private static void Add(IList<string> names, IReadOnlyList<string> more)
    {
        foreach (var name in more)
        {
            if (!names.Contains(name))
            {
                names.Add(name);
            }
        }
    }

    private static void WriteAttempts(IHeaderDictionary headers, ModelCall call)
    {
        if (call.Plan.Route.Length > 0)
        {
            headers["x-conductor-route"] = HeaderText.Safe(call.Plan.Route);
        }

        var fallbacks = 0;
        for (var i = 1; i < call.Attempts.Count; i++)
        {
            if (call.Attempts[i].Target.Id != call.Attempts[i - 1].Target.Id)
            {
                fallbacks++;
            }
        }

        headers["x-conductor-attempts"] = call.Attempts.Count.ToString(CultureInfo.InvariantCulture);
        headers["x-conductor-fallbacks"] = fallbacks.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>With three decimals, from whole microseconds: formatting a double would cost more than all other headers.</summary>
    private readonly struct Milliseconds(TimeSpan time) : ISpanFormattable
    {
        private readonly long _microseconds = time.Ticks / TimeSpan.TicksPerMicrosecond;

        public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
            destination.TryWrite(provider, $"{_microseconds / 1000}.{_microseconds % 1000:000}", out charsWritten);

        public string ToString(string? format, IFormatProvider? formatProvider) => string.Create(formatProvider, $"{_microseconds / 1000}.{_microseconds % 1000:000}");
    }
}
