using System.CommandLine;
using System.Globalization;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Host.Composition;

namespace Conductor.Host.Cli;

/// <summary>`conductor cost estimate`: what a call would cost, without making it.</summary>
internal static class CostCommand
{
    private static readonly Argument<string?> Text = new("TEXT") { Description = "What is to be sent; its tokens are counted.", Arity = ArgumentArity.ZeroOrOne };

    private static readonly Option<string> Model = new("--model", "-m") { Description = "An alias, provider/model, or a model.", HelpName = "NAME", DefaultValueFactory = _ => "auto" };

    private static readonly Option<long?> InputTokens = new("--input-tokens") { Description = "The prompt's length, instead of TEXT.", HelpName = "N" };

    private static readonly Option<long?> OutputTokens = new("--output-tokens") { Description = "The answer's length; without it, its limit.", HelpName = "N" };

    private static readonly Option<int?> MaxTokens = new("--max-tokens") { Description = "The answer's limit; without it, the model's own.", HelpName = "N" };

    private static readonly Option<long> CachedTokens = new("--cached-tokens") { Description = "The part of the prompt that is read from the provider's cache.", HelpName = "N" };

    private static readonly Option<bool> Embedding = new("--embedding") { Description = "The text is to become a vector; there is no answer." };

    public static Command Create()
    {
        var json = CommonOptions.Json();
        var estimate = new Command("estimate", "Say what a call would cost.") { Text, Model, InputTokens, OutputTokens, MaxTokens, CachedTokens, Embedding, json };
        foreach (var option in (Option<long?>[])[InputTokens, OutputTokens])
        {
            option.Validators.Add(result => NotBelowZero(result, option.Name));
        }

        MaxTokens.Validators.Add(result => NotBelowZero(result, MaxTokens.Name));
        CachedTokens.Validators.Add(result => NotBelowZero(result, CachedTokens.Name));
        estimate.Validators.Add(result =>
        {
            if (result.GetValue(Text) is null == result.GetValue(InputTokens) is null)
            {
                result.AddError("Give either TEXT or --input-tokens.");
            }
        });
        estimate.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
            await using var process = await Terminal.BusyAsync("Asking providers", () => InProcess.StartAsync(settings, cancellationToken));
            return Print(process.Costs, Read(parsed), parsed.GetValue(json));
        });
        return new Command("cost", "What calls would cost.") { estimate };
    }

    private static CostQuestion Read(ParseResult parsed) => new()
    {
        Model = parsed.GetValue(Model)!,
        Text = parsed.GetValue(Text),
        InputTokens = parsed.GetValue(InputTokens),
        OutputTokens = parsed.GetValue(OutputTokens),
        MaxOutputTokens = parsed.GetValue(MaxTokens),
        CachedInputTokens = parsed.GetValue(CachedTokens),
        IsEmbedding = parsed.GetValue(Embedding),
    };

    private static int Print(CostQuestions costs, CostQuestion question, bool asJson)
    {
        CostEstimate estimate;
        try
        {
            estimate = costs.Ask(question);
        }
        catch (ConductorException refused)
        {
            throw new CliException(ExitCodes.Failed, refused.Message);
        }

        if (asJson)
        {
            Terminal.Json(writer => CostEstimateJson.Write(writer, question.Model, estimate));
        }
        else
        {
            Terminal.Table(["Target", "Input tokens", "Output tokens", "Cost, USD"], estimate.Targets.Select(Row));
        }

        return ExitCodes.Ok;
    }

    private static IReadOnlyList<string> Row(TargetEstimate target) =>
    [
        $"{target.Provider}/{target.Model}",
        (target.IsInputExact ? "" : "about ") + target.Usage.InputTokens.ToString(CultureInfo.InvariantCulture),
        (target.IsOutputLimit ? "at most " : "") + target.Usage.OutputTokens.ToString(CultureInfo.InvariantCulture),
        target.Cost is { } cost ? (target.IsOutputLimit ? "at most " : "") + cost : "unknown",
    ];

    private static void NotBelowZero(System.CommandLine.Parsing.OptionResult result, string name)
    {
        if (result.Tokens is [var token] && token.Value.StartsWith('-'))
        {
            result.AddError($"{name} is a number of tokens, zero or more.");
        }
    }
}
