// dotnet run openai-dotnet.cs [MODEL]
#:package OpenAI@2.14.0
#:property ManagePackageVersionsCentrally=false
#:property RestorePackagesWithLockFile=false
#:property PublishAot=false

using System.ClientModel;
using OpenAI;

var client = new OpenAIClient(
    new ApiKeyCredential(Environment.GetEnvironmentVariable("CONDUCTOR_KEY") ?? "none"),
    new OpenAIClientOptions { Endpoint = new Uri((Environment.GetEnvironmentVariable("CONDUCTOR_URL") ?? "http://127.0.0.1:5080") + "/v1") });

foreach (var listed in (await client.GetOpenAIModelClient().GetModelsAsync()).Value)
{
    Console.WriteLine($"model: {listed.Id}");
}

var vectors = (await client.GetEmbeddingClient("local/all-minilm-l6-v2").GenerateEmbeddingsAsync(["The sea is wide.", "Das Meer ist weit."])).Value;
Console.WriteLine($"vectors: {vectors.Count} of {vectors[0].ToFloats().Length}");

try
{
    await foreach (var update in client.GetChatClient(args.FirstOrDefault() ?? "auto").CompleteChatStreamingAsync("Say hello."))
    {
        Console.Write(string.Concat(update.ContentUpdate.Select(part => part.Text)));
    }

    Console.WriteLine();
}
catch (ClientResultException error) when (error.Message.Contains("no_model_available"))
{
    Console.WriteLine($"chat: {error.Message}"); // says what to configure
}
