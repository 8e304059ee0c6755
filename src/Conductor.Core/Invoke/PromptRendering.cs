using Conductor.Catalog;
using Conductor.Errors;
using Conductor.Prompts;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Conductor.Invoke;

/// <summary>An operation's prompt, found and filled in. What is wrong with it is wrong for every target: no other one is tried, and none is blamed.</summary>
internal static partial class PromptRendering
{
    public static PromptTemplate Get(PromptStore prompts, OperationEntry entry, ILogger logger)
    {
        try
        {
            return prompts.Get(entry.Name, entry.Descriptor.Prompt!);
        }
        catch (PromptFormatException mistake)
        {
            Failed(logger, entry.Name, mistake.Message);
            throw ConductorErrors.PromptFault(entry.Name, mistake.Mistake);
        }
    }

    public static async Task<IReadOnlyList<ChatMessage>> RenderAsync(
        PromptTemplate template, IReadOnlyDictionary<string, object?> arguments, OperationEntry entry, AttemptScope scope)
    {
        try
        {
            return (await template.RenderAsync(arguments, PromptMode.Hardened, scope.Time, scope.Token).ConfigureAwait(false)).Messages;
        }
        catch (PromptRenderException mistake)
        {
            Failed(scope.Logger, entry.Name, mistake.Message);
            throw ConductorErrors.PromptFault(entry.Name, mistake.Mistake);
        }
    }

    [LoggerMessage(EventIds.PromptFault, LogLevel.Error, "The prompt of '{Operation}' cannot be used: {Mistake}")]
    private static partial void Failed(ILogger logger, string operation, string mistake);
}
