using Koda.Cli;
using Koda.Cli.Terminal;

return await KodaCommand.RunAsync(args, CliTerminal.OfProcess());
