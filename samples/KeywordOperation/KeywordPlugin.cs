using Conductor.Operations;
using Conductor.Plugins;
using KeywordOperation;
using Microsoft.Extensions.DependencyInjection;

// The host reads this line from the DLL before it loads any code: id, entry point, what people see.
[assembly: OperationPlugin(
    KeywordExtraction.Name, typeof(KeywordPlugin), DisplayName = "Keyword extraction", Description = "Finds the words and phrases that a text is about.")]

namespace KeywordOperation;

/// <summary>Created once per load: brings the operation, and the function that its prompt calls.</summary>
public sealed class KeywordPlugin : IOperationPlugin
{
    public void ConfigureServices(IServiceCollection services, OperationContext context)
    {
        services.AddSingleton<IOperation, KeywordExtraction>();
        services.AddSingleton(FrequentWords.Function);
    }
}
