using System.Text;
using System.Text.Json;
using Conductor;
using Conductor.Calls;
using Conductor.Errors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

// Conductor without a server: the same pipeline, plugins and ledger, in this process.
var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
{
    // ["conductor:providers:llama:plugin"] = "openai-compatible",
    // ["conductor:providers:llama:base_url"] = "http://127.0.0.1:8080/v1",
}).Build();
await using var services = new ServiceCollection().AddConductor(configuration).BuildServiceProvider();
var conductor = services.GetRequiredService<IConductor>();

// 1. A typed operation. The embedded provider answers: no key, no network.
await using (var call = new OperationCall
{
    Context = CallContext.New(),
    Operation = "sentiment_analysis",
    Model = "auto",
    Payload = JsonSerializer.SerializeToUtf8Bytes(new { text = "The new release is a joy to use, and support answered within minutes." }),
})
{
    var outcome = await conductor.RunAsync(call, CancellationToken.None);
    Console.WriteLine($"{outcome.Provider}/{outcome.Model}: {Encoding.UTF8.GetString(outcome.Result.Span)}");
}

// 2. Conductor as a chat client, for any library that takes an IChatClient.
var chat = conductor.AsChatClient();
try
{
    Console.WriteLine(await chat.GetResponseAsync("Say hello in five words."));
}
catch (ConductorException error)
{
    Console.WriteLine($"{error.Code}: {error.Message}"); // no_model_available, until a chat provider is configured above
}
