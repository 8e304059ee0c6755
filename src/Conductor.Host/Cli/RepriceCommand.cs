using System.CommandLine;
using System.Globalization;
using Conductor.Costing;
using Conductor.Host.Composition;
using Conductor.Money;
using Conductor.Storage;
using Conductor.Usage;

namespace Conductor.Host.Cli;

/// <summary>`conductor ledger reprice`: what booked rows would cost at the prices of the configuration as it is now.</summary>
internal static class RepriceCommand
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "Rows that started then or later: a date, or a date and time.", HelpName = "DATE", Required = true };
        var until = new Option<string?>("--until") { Description = "Rows that started before.", HelpName = "DATE" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be different. Nothing else is done in any case: rows of the ledger are never changed." };
        var json = CommonOptions.Json();
        var question = new LedgerQuestion();
        var command = new Command("reprice", "Compare what was booked with what it would cost at today's configuration, each row at the price of its time.") { from, until, dryRun, json };
        question.AddTo(command);
        foreach (var option in (Option[])[from, until])
        {
            option.Validators.Add(result =>
            {
                if (result.Tokens is [var token] && UsagePeriod.Moment(token.Value) is null)
                {
                    result.AddError($"{option.Name} is a date such as 2026-11-20, or a date and time with its offset; not '{token.Value}'.");
                }
            });
        }

        command.Validators.Add(result =>
        {
            if (!result.GetValue(dryRun))
            {
                result.AddError("Give --dry-run: rows of the ledger are never changed, so that all there is is a comparison.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
            await using var ledger = LedgerQuestion.Open(settings);
            var filter = question.Read(parsed) with { From = UsagePeriod.Moment(parsed.GetValue(from)!), Until = parsed.GetValue(until) is { } end ? UsagePeriod.Moment(end) : null };
            var prices = PriceCatalogBuilder.Build(settings.Current);
            try
            {
                var models = await new Reprice(ledger).CompareAsync(filter, prices, cancellationToken);
                Print(models, prices.Version, parsed.GetValue(json));
            }
            catch (StorageException failure)
            {
                throw new CliException(ExitCodes.Failed, failure.Message);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static void Print(IReadOnlyList<RepricedModel> models, string version, bool asJson)
    {
        if (!asJson)
        {
            Terminal.Table(["Model", "Rows", "Would change", "No price", "Booked, USD", "Would cost, USD", "Difference, USD"], models.Select(Row));
            return;
        }

        Terminal.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("object", "reprice");
            writer.WriteString("price_version", version);
            writer.WriteStartArray("models");
            foreach (var model in models)
            {
                writer.WriteStartObject();
                writer.WriteString("model", model.Model);
                writer.WriteNumber("rows", model.Rows);
                writer.WriteNumber("changed", model.Changed);
                writer.WriteNumber("unpriced", model.Unpriced);
                UsageJson.WriteUsd(writer, "booked_usd", model.Booked);
                UsageJson.WriteUsd(writer, "repriced_usd", model.Repriced);
                UsageJson.WriteUsd(writer, "difference_usd", model.Repriced - model.Booked);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            UsageJson.WriteUsd(writer, "booked_usd", Sum(models, model => model.Booked));
            UsageJson.WriteUsd(writer, "repriced_usd", Sum(models, model => model.Repriced));
            writer.WriteEndObject();
        });
    }

    private static NanoUsd Sum(IReadOnlyList<RepricedModel> models, Func<RepricedModel, NanoUsd> amount) => models.Aggregate(NanoUsd.Zero, (sum, model) => sum + amount(model));

    private static IReadOnlyList<string> Row(RepricedModel model) =>
    [
        model.Model,
        Number(model.Rows),
        Number(model.Changed),
        Number(model.Unpriced),
        model.Booked.ToString(),
        model.Repriced.ToString(),
        (model.Repriced - model.Booked).ToString(),
    ];

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
