using System.Globalization;
using System.Text;

namespace Conductor.Telemetry;

/// <summary>A call in one line for people; made only when a formatter asks for the text.</summary>
internal sealed class CallSummary(CallRecord record)
{
    public override string ToString()
    {
        var line = new StringBuilder(160);
        line.Append(record.Operation).Append(' ').Append(record.Model);
        if (record.Provider is { } provider)
        {
            line.Append(" -> ").Append(provider).Append('/').Append(record.BackendModel ?? "?");
        }

        line.Append(' ').Append(CallLog.Name(record.Status));
        if (record.ErrorCode is { } code)
        {
            line.Append(' ').Append(code);
            if (record.ErrorCategory is { } category)
            {
                line.Append(" (").Append(category).Append(')');
            }
        }

        line.Append(CultureInfo.InvariantCulture, $", {record.Duration.TotalMilliseconds:0.0} ms");
        if (record.IsCacheHit)
        {
            line.Append(", from the cache");
        }
        else
        {
            line.Append(CultureInfo.InvariantCulture, $", {record.Usage.TotalTokens} tokens{(record.Usage.IsEstimated ? " (estimated)" : "")}");
            line.Append(record.Cost is { } cost ? $", {cost} USD" : ", cost unknown");
        }

        if (record.Attempts > 1)
        {
            line.Append(CultureInfo.InvariantCulture, $", {record.Attempts} attempts");
        }

        return line.Append(", ").Append(record.RequestId).ToString();
    }
}
