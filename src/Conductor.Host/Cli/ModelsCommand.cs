using System.CommandLine;
using System.Globalization;
using Conductor.Host.Composition;
using Conductor.Host.Dialects.OpenAI;
using Conductor.Routing;

namespace Conductor.Host.Cli;

/// <summary>`conductor models`, which is `conductor models list`, and `conductor models pull`.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        const string Description = "List what can be asked for: auto, aliases, models.";
        var command = WithList(new Command("models", Description));
        command.Add(WithList(new Command("list", Description)));
        command.Add(PullCommand.Create());
        return command;
    }

    private static Command WithList(Command command)
    {
        var json = CommonOptions.Json();
        command.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
            await using var process = await Terminal.BusyAsync("Asking providers", () => InProcess.StartAsync(settings, cancellationToken));
            var models = ModelListing.For(process.Conductor.Catalog, tenant: null);
            if (parsed.GetValue(json))
            {
                Terminal.Json(writer => OpenAIModelList.Write(writer, models));
            }
            else
            {
                Terminal.Table(["Model", "Kind", "Can", "Context", "Stands for"], models.Select(Row));
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static IReadOnlyList<string> Row(ListedModel model) =>
    [
        model.Id,
        model.Kind,
        string.Join(", ", model.Operations.Count > 0 ? model.Operations : OpenAIModelList.Names(model.Capabilities)),
        model.ContextWindow?.ToString(CultureInfo.InvariantCulture) ?? "",
        string.Join(", ", model.Targets),
    ];
}
