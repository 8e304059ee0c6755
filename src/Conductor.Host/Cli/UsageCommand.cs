using System.CommandLine;
using System.Globalization;
using Conductor.Host.Composition;
using Conductor.Storage;
using Conductor.Usage;

namespace Conductor.Host.Cli;

/// <summary>`conductor usage`: what was used, out of the ledger.</summary>
internal static class UsageCommand
{
    public static Command Create()
    {
        var by = new Option<string>("--by") { Description = "One line for each tenant, key, model, operation or provider.", HelpName = "WHAT", DefaultValueFactory = _ => "provider" };
        by.AcceptOnlyFromAmong([.. UsageDimensions.Names]);
        var period = new Option<string>("--period") { Description = $"When: {UsagePeriod.Forms}; UTC.", HelpName = "P", DefaultValueFactory = _ => "month" };
        var json = CommonOptions.Json();
        var question = new LedgerQuestion();
        var command = new Command("usage", "Show what was used and what it cost.") { by, period, json };
        question.AddTo(command);
        period.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && UsagePeriod.Parse(token.Value, TimeProvider.System.GetUtcNow()) is null)
            {
                result.AddError($"--period is {UsagePeriod.Forms}; not '{token.Value}'.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var dimension = UsageDimensions.Parse(parsed.GetValue(by))!.Value;
            var time = UsagePeriod.Parse(parsed.GetValue(period)!, TimeProvider.System.GetUtcNow())!.Value;
            await using var ledger = LedgerQuestion.Open(LaunchSettings.Open(CommonOptions.Read(parsed)));
            IReadOnlyList<UsageSum> sums;
            try
            {
                sums = await ledger.SumAsync(question.Read(parsed) with { From = time.From, Until = time.Until }, dimension, cancellationToken);
            }
            catch (StorageException failure)
            {
                throw new CliException(ExitCodes.Failed, failure.Message);
            }

            Print(sums, dimension, time, parsed.GetValue(json));
            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(IReadOnlyList<UsageSum> sums, UsageDimension by, UsagePeriod period, bool asJson)
    {
        if (!asJson)
        {
            var isOfAttempts = by is UsageDimension.Provider or UsageDimension.Model;
            Terminal.Table([by.ToString(), isOfAttempts ? "Attempts" : "Requests", "Failed", "Tokens", "Cost, USD", "Of it estimated", "Unknown costs"], sums.Select(sum => Row(sum, isOfAttempts)));
            return;
        }

        Terminal.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("object", "usage");
            writer.WriteString("by", by.ToString().ToLowerInvariant());
            writer.WriteString("period_start", period.From);
            writer.WriteString("period_end", period.Until);
            writer.WriteStartArray("groups");
            foreach (var sum in sums)
            {
                UsageJson.Write(writer, sum, by);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static IReadOnlyList<string> Row(UsageSum sum, bool isOfAttempts)
    {
        var failed = isOfAttempts ? sum.Attempts - sum.Succeeded - sum.Cancelled : OperationMetrics.FailedCalls(sum);
        return
        [
            sum.Name,
            Number(isOfAttempts ? sum.Attempts : sum.Calls),
            Number(failed),
            Number(sum.Usage.TotalTokens),
            sum.Cost.ToString(),
            sum.EstimatedCost.ToString(),
            Number(sum.UnknownCosts),
        ];
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
