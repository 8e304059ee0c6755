using Conductor.Plugins;
using Conductor.Prompts;
using Microsoft.Extensions.DependencyInjection;

[assembly: OperationPlugin("test-functions", typeof(Conductor.TestPlugins.Functions.Plugin), DisplayName = "Functions", Description = "Prompt functions and no operation.")]

namespace Conductor.TestPlugins.Functions;

/// <summary>Brings functions that do what keeps code in memory where a host is careless: own types as results and defaults, own exceptions.</summary>
public sealed class Plugin : IOperationPlugin
{
    public void ConfigureServices(IServiceCollection services, OperationContext context)
    {
        services.AddSingleton(new PromptFunction("shout", [new("text"), new("mood", IsRequired: false, Default: Mood.Loud)], call => $"{call["text"]}! ({call["mood"]})"));
        services.AddSingleton(new PromptFunction("mood", [], _ => Mood.Loud));
        services.AddSingleton(new PromptFunction("moods", [], _ => new List<object> { Mood.Loud, new Own() }));
        services.AddSingleton(new PromptFunction("boom", [], _ => throw new OwnException("secret")));
        services.AddSingleton(new PromptFunction("upper", [new("text")], _ => "another one"));
    }
}

internal enum Mood
{
    Loud,
}

internal sealed record Own;

internal sealed class OwnException(string message) : Exception(message);
