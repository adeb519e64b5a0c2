using Koda.Cli;
using Koda.Cli.Terminal;

return await KodaCommand.Run(args, CliTerminal.OfProcess());
