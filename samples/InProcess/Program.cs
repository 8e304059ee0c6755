using Conductor;
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
var feeling = await conductor.AnalyzeSentimentAsync("The new release is a joy to use, and support answered within minutes.");
Console.WriteLine($"{feeling.Provider}/{feeling.Model}: {feeling.Value.Sentiment} ({feeling.Value.Confidence:0.00}), {feeling.Usage.TotalTokens} tokens, {feeling.Cost.Usd} USD");
foreach (var notice in feeling.Notices)
{
    Console.WriteLine($"note: {notice}");
}

// 2. A text while a model writes it, and Conductor as a chat client, for any library that takes an IChatClient.
var chat = conductor.AsChatClient();
try
{
    await foreach (var piece in conductor.GenerateStreamingAsync("Write one sentence about the sea."))
    {
        Console.Write(piece);
    }

    Console.WriteLine();
    Console.WriteLine(await chat.GetResponseAsync("Say hello in five words."));
}
catch (ConductorException error)
{
    Console.WriteLine($"{error.Code}: {error.Message}"); // no_model_available, until a chat provider is configured above
}
