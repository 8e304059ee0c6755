// dotnet run anthropic-dotnet.cs [MODEL]
#:package Anthropic@13.10.0
#:property ManagePackageVersionsCentrally=false
#:property RestorePackagesWithLockFile=false
#:property PublishAot=false

using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;

var client = new AnthropicClient
{
    BaseUrl = Environment.GetEnvironmentVariable("CONDUCTOR_URL") ?? "http://127.0.0.1:5080",
    ApiKey = Environment.GetEnvironmentVariable("CONDUCTOR_KEY") ?? "none",
};

foreach (var listed in (await client.Models.List()).Items)
{
    Console.WriteLine($"model: {listed.ID}");
}

try
{
    var request = new MessageCreateParams { Model = args.FirstOrDefault() ?? "auto", MaxTokens = 200, Messages = [new UserMessageParam("Say hello.")] };
    await foreach (var one in client.Messages.CreateStreaming(request))
    {
        Console.Write(one.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var piece) ? piece.Text : "");
    }

    Console.WriteLine();
}
catch (AnthropicApiException error) when (error.ErrorCode == "no_model_available")
{
    Console.WriteLine($"chat: {error.ApiMessage}"); // says what to configure
}
